import type { EventHandler } from '@nexus/messaging';

/** Identity listens to nobody: what it knows begins here. */
export const subscribers = (): EventHandler[] => [];
