/** What exits need to know of a network: its description file (docs/INTERFACES.md), and where its chains and files are read. */
import type {CustodyPlace, ExitNetwork} from '@pobs/protocol/exits';

export type {CustodyPlace} from '@pobs/protocol/exits';
export type NetworkFile = ExitNetwork;

/** URLs of the reader's choice: RPC by chain id, and a gateway that serves `/ipfs/{cid}`. */
export type Sources = {rpc: Readonly<Record<number, string>>; gateway: string};

/** @returns `undefined` for a text that describes no network. */
export function parseNetworkFile(text: string): NetworkFile | undefined {
  let value: Partial<NetworkFile> | null;
  try {
    value = JSON.parse(text) as Partial<NetworkFile> | null;
  } catch {
    return undefined;
  }
  const {name, salt, l1, l2, rules} = value ?? {};
  const isAddress = (address: unknown) => typeof address === 'string' && /^0x[0-9a-fA-F]{40}$/.test(address);
  if (typeof name !== 'string' || typeof salt !== 'string' || !isAddress(l1?.custody) || !isAddress(l2?.custody) || !isAddress(l2?.epochManager)) return undefined;
  if (l1 === undefined || l2 === undefined || !Array.isArray(rules?.custodies) || !Number.isInteger(rules.eraEpochs)) return undefined;
  return {name, salt, l1, l2, rules};
}

export const custodiesOf = ({l1, l2}: NetworkFile): CustodyPlace[] => [
  {chainId: l1.chainId, chain: 'L1', custody: l1.custody}, {chainId: l2.chainId, chain: 'L2', custody: l2.custody},
];

/** `31337=http://…,412346=http://…` by chain id; what does not read so is left out. */
export function parsePairs(text: string): Record<string, string> {
  return Object.fromEntries(text.split(',').flatMap((part) => {
    const at = part.indexOf('=');
    return at > 0 ? [[part.slice(0, at).trim(), part.slice(at + 1).trim()]] : [];
  }));
}
