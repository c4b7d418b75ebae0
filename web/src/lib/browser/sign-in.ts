/** Opens a session: the wallet signs an EIP-4361 message, nothing is sent on chain. */
import {accountSecretMessage, accountSecretOf} from '@pobs/protocol';
import {type Address, createWalletClient, custom, getAddress, type Hex} from 'viem';
import {createSiweMessage} from 'viem/siwe';
import {engineClient} from './engine-client.ts';
import type {Wallet} from './wallets.ts';

export type Session = {wallet: Address; token: string; provider: Wallet['provider']};
export type SignInResult = {ok: true; session: Session} | {ok: false; message: string};

const STATEMENT = 'Sign in to see your balances. This does not move funds.';

export async function signIn({provider}: Wallet): Promise<SignInResult> {
  try {
    const [account] = await provider.request({method: 'eth_requestAccounts'});
    if (account === undefined) return {ok: false, message: 'The wallet named no account.'};
    const address = getAddress(account);
    const client = createWalletClient({account: address, transport: custom(provider)});
    const nonce = await engineClient().nonce();
    if (!nonce.ok) return {ok: false, message: nonce.message};
    const message = createSiweMessage({
      address, chainId: await client.getChainId(), domain: window.location.host, nonce: nonce.data.nonce, statement: STATEMENT, uri: window.location.origin, version: '1',
    });
    const answer = await engineClient().signIn(message, await client.signMessage({message}));
    return answer.ok ? {ok: true, session: {wallet: address, token: answer.data.token, provider}} : {ok: false, message: answer.message};
  } catch (error) {
    return {ok: false, message: refusal(error)};
  }
}

/**
 * The account secret, made from a signature so that the same wallet finds it again on any device.
 *
 * @returns 32 bytes; whoever knows them can tell which public rows are this wallet's, and nothing more.
 */
export async function accountSecret({wallet, provider}: Pick<Session, 'wallet' | 'provider'>, network: string): Promise<{ok: true; secret: Hex} | {ok: false; message: string}> {
  try {
    const client = createWalletClient({account: wallet, transport: custom(provider)});
    return {ok: true, secret: accountSecretOf(await client.signMessage({message: accountSecretMessage(network)}))};
  } catch (error) {
    return {ok: false, message: refusal(error)};
  }
}

/** EIP-1193 code 4001: the person said no. */
export function refusal(error: unknown): string {
  const code = (error as {code?: number; cause?: {code?: number}}).code ?? (error as {cause?: {code?: number}}).cause?.code;
  return code === 4001 ? 'You declined the request in your wallet. Nothing was sent.' : 'The wallet did not complete the request.';
}
