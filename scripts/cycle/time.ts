/** What only the local network can do: let days pass on both chains at once. */
import {clientOf} from './chain-view.ts';
import {L2} from './market.ts';
import type {LocalNetwork} from '../network/local-network.ts';

export const DAY_SECONDS = 86_400n;

/** @returns Time of the newer head, seconds. */
export async function passTime(network: LocalNetwork, seconds: bigint): Promise<bigint> {
  const response = await fetch(`${network.pair.controlUrl}/pass-time`, {
    method: 'POST', body: JSON.stringify({seconds: Number(seconds)}), signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`the local chains did not move on: ${await response.text()}`);
  return BigInt(((await response.json()) as {time: number}).time);
}

/** Lets time pass until L2 is at `time`, unless it is there already. */
export async function passUntil(network: LocalNetwork, time: bigint): Promise<void> {
  const {timestamp} = await clientOf(network, L2).getBlock();
  if (timestamp < time) await passTime(network, time - timestamp);
}
