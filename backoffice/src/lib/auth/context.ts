import { createContext } from 'svelte';
import type { Ready, Session } from './session.svelte.ts';

/** Who is signed in, to which chain, and how to ask the platform. Set by the root layout before any page. */
export const [signedIn, provideSignedIn] = createContext<Ready>();
export const [session, provideSession] = createContext<Session>();
