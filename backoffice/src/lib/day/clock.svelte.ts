import { createSubscriber } from 'svelte/reactivity';

const TICK_MS = 30_000;
const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, TICK_MS);
  return () => clearInterval(timer);
});

/** The time, told again every half minute to whatever shows how long ago something was. */
export const clock = {
  get now(): number {
    subscribe();
    return Date.now();
  },
};
