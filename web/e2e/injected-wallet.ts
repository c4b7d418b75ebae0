/** A wallet in the page (EIP-6963) that signs with a key held by the test: what a person's extension does, without asking. */
import type {Page} from 'playwright-core';
import {type Address, createWalletClient, type Hex, http, isHex, numberToHex} from 'viem';
import {privateKeyToAccount} from 'viem/accounts';

export type InjectedWallet = {
  privateKey: Hex;
  chainId: number;
  /** By chain id; the wallet knows these chains and sends to them. */
  rpc?: Readonly<Record<number, string>>;
};

type Call = {to: Address; data: Hex};

export async function injectWallet(page: Page, {privateKey, chainId: first, rpc = {}}: InjectedWallet): Promise<void> {
  const account = privateKeyToAccount(privateKey);
  let chainId = first;
  const send = ({to, data}: Call) => createWalletClient({account, transport: http(rpc[chainId])}).sendTransaction({to, data, chain: null});
  await page.exposeFunction('pobsTestWallet', async (method: string, params: readonly unknown[] = []): Promise<unknown> => {
    if (method === 'eth_requestAccounts' || method === 'eth_accounts') return [account.address];
    if (method === 'eth_chainId') return numberToHex(chainId);
    if (method === 'wallet_switchEthereumChain') {
      chainId = Number((params[0] as {chainId: Hex}).chainId);
      return null;
    }
    if (method === 'eth_sendTransaction') return send(params[0] as Call);
    const [message] = params;
    if (method === 'personal_sign' && isHex(message)) return account.signMessage({message: {raw: message}});
    throw new Error(`the test wallet does not know ${method}`);
  });
  await page.addInitScript({content: SCRIPT});
}

/** Text, not a function: the test runner's compiler leaves helpers in functions that the page does not have. */
const SCRIPT = `
  const provider = {request: ({method, params}) => window.pobsTestWallet(method, params), on() {}, removeListener() {}};
  const info = Object.freeze({uuid: '7f0e4b1c-2d5a-4a6e-9a43-0d3a5a7d1c11', name: 'Test wallet', icon: 'data:image/svg+xml,', rdns: 'test.wallet'});
  const announce = () => window.dispatchEvent(new CustomEvent('eip6963:announceProvider', {detail: Object.freeze({info, provider})}));
  window.addEventListener('eip6963:requestProvider', announce);
  announce();
`;
