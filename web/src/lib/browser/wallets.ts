'use client';

import {useEffect, useState} from 'react';
import type {EIP1193Provider} from 'viem';

/** A wallet that announced itself in this page (EIP-6963). */
export type Wallet = {uuid: string; name: string; icon: string; provider: EIP1193Provider};

type Announcement = CustomEvent<{info: {uuid: string; name: string; icon: string}; provider: EIP1193Provider}>;

/** The wallets of this browser, as they announce themselves. Icons are data URIs by the standard; others are dropped. */
export function useWallets(): Wallet[] {
  const [wallets, setWallets] = useState<Wallet[]>([]);
  useEffect(() => {
    const add = (event: Event) => {
      const {info, provider} = (event as Announcement).detail;
      const wallet = {uuid: info.uuid, name: info.name, icon: info.icon.startsWith('data:image/') ? info.icon : '', provider};
      setWallets((known) => (known.some(({uuid}) => uuid === info.uuid) ? known : [...known, wallet]));
    };
    window.addEventListener('eip6963:announceProvider', add);
    window.dispatchEvent(new Event('eip6963:requestProvider'));
    return () => window.removeEventListener('eip6963:announceProvider', add);
  }, []);
  return wallets;
}
