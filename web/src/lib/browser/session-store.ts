'use client';

import {useSyncExternalStore} from 'react';
import type {Session} from './sign-in.ts';

/** The session of this tab: in memory alone, so that it ends with the tab and no script of another page finds it. */
let session: Session | undefined;
const listeners = new Set<() => void>();

export function setSession(next: Session | undefined): void {
  session = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Shared by the pages that need it: who signed in on one is signed in on the others. */
export const useSession = (): Session | undefined => useSyncExternalStore(subscribe, () => session, () => undefined);
