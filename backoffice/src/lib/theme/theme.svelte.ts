export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'nexus.theme';
const isTheme = (value: string | null): value is Theme => THEMES.some((theme) => theme === value);

const stored = (): Theme => {
  const value = globalThis.localStorage?.getItem(KEY) ?? null;
  return isTheme(value) ? value : 'system';
};

/** The reader's choice of appearance, kept on this device; `static/theme.js` applies it before the first paint. */
class ThemeChoice {
  choice = $state<Theme>(stored());

  choose(theme: Theme): void {
    this.choice = theme;
    localStorage.setItem(KEY, theme);
    this.apply();
  }

  /** Follows the device while the choice is left to it. */
  watch(): () => void {
    const device = matchMedia('(prefers-color-scheme: dark)');
    const apply = () => this.apply();
    device.addEventListener('change', apply);
    return () => device.removeEventListener('change', apply);
  }

  apply(): void {
    const device = matchMedia('(prefers-color-scheme: dark)').matches;
    const dark = this.choice === 'dark' || (this.choice === 'system' && device);
    document.documentElement.classList.toggle('dark', dark);
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
  }
}

export const theme = new ThemeChoice();
