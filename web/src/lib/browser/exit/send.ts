/** Transactions of exits: built here, sent by the reader's own wallet. */
import {custodyAbi} from '@pobs/protocol/abi';
import {chainError} from '@pobs/protocol/chain';
import type {ExitCall} from '@pobs/protocol/exits';
import {type Address, createWalletClient, custom, type EIP1193Provider, type Hex, numberToHex} from 'viem';
import type {CustodyPlace, Sources} from '../../network-file.ts';
import {refusal} from '../sign-in.ts';
import {clientFor, sentenceOf} from '../../custody-standing.ts';

export {callOf, type ExitCall as Call} from '@pobs/protocol/exits';

export type SendResult = {ok: true; hash: Hex} | {ok: false; message: string};

type Sender = {provider: EIP1193Provider; wallet: Address; sources: Sources; onProgress: (text: string) => void};

/** Tries the call first, so that the wallet is never asked to pay for one that the custody refuses; ends once the transaction is in a block. */
export async function sendCall({provider, wallet, sources, onProgress}: Sender, {chainId, chain, custody}: CustodyPlace, {functionName, args}: ExitCall): Promise<SendResult> {
  // One function of many: its arguments are those of `callOf`.
  const call = {address: custody, abi: custodyAbi, functionName, args, account: wallet} as never;
  try {
    const client = await clientFor(sources, chainId);
    onProgress('Trying it without sending');
    try {
      await client.simulateContract(call);
    } catch (error) {
      return {ok: false, message: sentenceOf(chainError(error, {chainId, url: sources.rpc[chainId] ?? '', functionName, address: wallet}))};
    }
    onProgress('Waiting for your wallet');
    if (!(await isOn(provider, chainId))) return {ok: false, message: `Switch your wallet to ${chain} (chain ${chainId}) and try again.`};
    const walletClient = createWalletClient({account: wallet, chain: client.chain, transport: custom(provider)});
    const hash = await walletClient.writeContract(call);
    onProgress('Waiting for the block');
    const {status} = await client.waitForTransactionReceipt({hash});
    return status === 'success' ? {ok: true, hash} : {ok: false, message: `The transaction ${hash} was refused by the custody.`};
  } catch (error) {
    return {ok: false, message: refusal(error)};
  }
}

/** Asks the wallet to change to the chain where it is on another. */
async function isOn(provider: EIP1193Provider, chainId: number): Promise<boolean> {
  if (Number(await provider.request({method: 'eth_chainId'})) === chainId) return true;
  await provider.request({method: 'wallet_switchEthereumChain', params: [{chainId: numberToHex(chainId)}]});
  return Number(await provider.request({method: 'eth_chainId'})) === chainId;
}
