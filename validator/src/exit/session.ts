/** Who leaves, and where: built from flags once per command. */
import {accountSecretMessage, accountSecretOf, parseProof} from '@pobs/protocol';
import {type ChainClient, chainClient, walletFor} from '@pobs/protocol/chain';
import {custodiesOf, type CustodyPlace, type ExitNetwork, type ExitOwner, type ExitRow, type ExitSources, findRows, ownerByProof, ownerBySecret, readStanding} from '@pobs/protocol/exits';
import type {CustodyStanding} from '@pobs/protocol/exits/steps';
import {KeystoreError, openKey} from '@pobs/protocol/keystore';
import {firstOf} from '@pobs/protocol/store';
import {type Hex, isHex, type LocalAccount} from 'viem';
import {readSecretFile} from '../adapters/secret-files.ts';
import {passwordOf} from '../cli/prompt.ts';
import {type ExitConfig, type Flags, readExitConfig, readText} from '../config.ts';
import {ValidatorError} from '../errors.ts';

export type Session = {
  network: ExitNetwork;
  sources: ExitSources;
  owner: ExitOwner;
  /** Undefined without `--key-file`: nothing can be sent. */
  account: LocalAccount | undefined;
  onProgress: (text: string) => void;
};

export const impossible = (detail: string): ValidatorError => new ValidatorError({code: 'EXIT_IMPOSSIBLE', detail});

/** @throws {ValidatorError} in one sentence; never with anything of a key. */
export async function openSession(flags: Flags): Promise<Session> {
  const config = readExitConfig(flags);
  const account = config.keyFile === undefined ? undefined : await openAccount(config.keyFile, flags);
  const owner = await ownerOf(config, account);
  return {network: config.network, sources: sourcesOf(config), owner, account, onProgress: (text) => void (flags.json !== true && process.stderr.write(`${text}\n`))};
}

function sourcesOf({network, l1Url, l2Url, stores, timeoutMs}: ExitConfig): ExitSources {
  const clients = new Map<number, Promise<ChainClient>>();
  return {
    store: firstOf(stores),
    client: (chainId) => {
      const known = clients.get(chainId) ?? chainClient({chainId, url: chainId === network.l1.chainId ? l1Url : l2Url, timeoutMs});
      clients.set(chainId, known);
      return known;
    },
  };
}

async function openAccount(file: string, flags: Flags): Promise<LocalAccount> {
  try {
    return walletFor(await openKey(readSecret(file), passwordOf(flags)));
  } catch (error) {
    if (!(error instanceof KeystoreError)) throw error;
    // No cause: it could quote the key.
    throw new ValidatorError({code: 'KEYSTORE_INVALID', path: file, detail: error.message});
  }
}

/** A missing file is a wrong path here: nobody makes keys for a depositor. */
function readSecret(file: string): string {
  try {
    return readSecretFile(file);
  } catch (error) {
    if (!(error instanceof ValidatorError) || error.data.code !== 'KEYSTORE_MISSING') throw error;
    throw new ValidatorError({code: 'FILE_UNREADABLE', path: file, detail: 'ENOENT'}, {cause: error});
  }
}

/** The row's owner: named by a proof, or the sender itself. The sender's secret is the one its wallet signs, unless a file holds another. */
async function ownerOf({network, proofFile, secretFile}: ExitConfig, account: LocalAccount | undefined): Promise<ExitOwner> {
  const {eraEpochs} = network.rules;
  if (proofFile !== undefined) {
    const parsed = parseProof(readText(proofFile));
    if (!parsed.ok) throw new ValidatorError({code: 'PROOF_INVALID', path: proofFile, detail: parsed.reason.replace(/\.$/, '')});
    const {wallet, blinding, summary: {epoch}} = parsed.proof;
    if (wallet === undefined || blinding === undefined) throw new ValidatorError({code: 'PROOF_INVALID', path: proofFile, detail: 'it is the shareable form, which names no owner'});
    return ownerByProof({wallet, blinding, epoch, eraEpochs});
  }
  if (account === undefined) throw new ValidatorError({code: 'CONFIG_INVALID', detail: '--key-file is missing: give the wallet\'s key, or --proof-file with an inclusion proof that names its owner'});
  const secret = secretFile === undefined ? accountSecretOf(await account.signMessage!({message: accountSecretMessage(network.name)})) : secretIn(secretFile);
  return ownerBySecret({wallet: account.address, secret, eraEpochs});
}

function secretIn(file: string): Hex {
  const text = readSecret(file).trim();
  if (!isHex(text) || text.length !== 66) throw new ValidatorError({code: 'KEYSTORE_INVALID', path: file, detail: 'an account secret is 0x and 64 hex digits'});
  return text;
}

/** The custody that `--chain` names, or the only one with a row. */
export function placeOf({network}: Session, chain: string): CustodyPlace {
  const places = custodiesOf(network);
  const found = places.find((place) => String(place.chainId) === chain || place.chain === chain.toUpperCase());
  if (found === undefined) throw new ValidatorError({code: 'CONFIG_INVALID', detail: `--chain must be ${places.map(({chain: name, chainId}) => `${name} or ${chainId}`).join(', ')}, not "${chain}"`});
  return found;
}

export async function standingOf({sources}: Session, place: CustodyPlace): Promise<CustodyStanding> {
  const reading = await readStanding(sources, place);
  if (!reading.ok) throw new ValidatorError({code: 'BYTES_UNAVAILABLE', what: `The custody on ${place.chain}`, detail: reading.message.replace(/\.$/, '')});
  return reading.standing;
}

/** The one row that `--chain` and `--token` (a symbol or an address) mean. @throws {ValidatorError} `EXIT_IMPOSSIBLE` naming what there is. */
export async function rowOf(session: Session, {chain, token}: {chain: string; token: string}): Promise<ExitRow> {
  const {network, sources, owner, onProgress} = session;
  const place = placeOf(session, chain);
  const {rows, problems} = await findRows({network, sources, owner, onProgress});
  const here = rows.filter(({chainId}) => chainId === place.chainId);
  const found = here.filter((row) => row.symbol.toLowerCase() === token.toLowerCase() || row.token.toLowerCase() === token.toLowerCase());
  if (found.length === 1) return found[0]!;
  const problem = problems.find((text) => text.startsWith(`${place.chain}:`));
  if (problem !== undefined) throw new ValidatorError({code: 'BYTES_UNAVAILABLE', what: `The active epoch of ${place.chain}`, detail: problem.replace(/\.$/, '')});
  const known = here.map((row) => `${row.symbol} ${row.token}`).join(', ') || 'none';
  throw impossible(found.length > 1
    ? `${token} means several tokens on ${place.chain} (${known}): give the token's address`
    : `${owner.wallet} has no row of ${token} in the active epoch of ${place.chain} (its rows there: ${known})`);
}
