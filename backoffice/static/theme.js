// Runs before the first paint, so that a dark page does not flash white. The rest is in src/lib/theme.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem('nexus.theme');
  } catch {
    // Storage is shut off: the device's own appearance it is.
  }
  const dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
  document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
})();
