/** What keeps trading or payments from going on, for the notice on every page. */
import {readExitDefaults} from './exit-source.ts';
import {type CustodyReading, readStanding} from './custody-standing.ts';
import {freezeStage} from './exit-steps.ts';
import {formatCount, formatTime} from './format.ts';
import {query} from './graphql.ts';
import {type CustodyPlace, custodiesOf} from './network-file.ts';

/** As the engine sees it; `rootTooOld` halts trading (`ROOT_TOO_OLD`). */
export type EngineCustody = {chainId: number; activeEpoch: number; sealedAt: string | null; frozen: boolean; rootTooOld: boolean};

export type Halt = {code: 'ROOT_TOO_OLD' | 'FREEZE_POSSIBLE' | 'FREEZE_ANNOUNCED' | 'CUSTODY_FROZEN'; tone: 'bad' | 'wait'; title: string; text: string};

/** A page must not wait for a chain: what does not answer at once is not told. */
const TIMEOUT_MS = 1_500;

/** @param readings - By chain; the chain's word counts before the engine's. */
export function haltsOf(places: readonly CustodyPlace[], readings: ReadonlyMap<number, CustodyReading>, engine: readonly EngineCustody[]): Halt[] {
  return places.flatMap(({chainId, chain}) => {
    const reading = readings.get(chainId);
    const known = engine.find((each) => each.chainId === chainId);
    return [...freezeOf(chain, reading, known), ...(known?.rootTooOld === true ? [oldRoot(chain, known)] : [])];
  });
}

function oldRoot(chain: string, {activeEpoch, sealedAt}: EngineCustody): Halt {
  const since = sealedAt === null ? '' : `, sealed ${formatTime(Number(sealedAt)).slice(0, 16)} UTC`;
  return {
    code: 'ROOT_TOO_OLD', tone: 'bad', title: 'Trading is halted',
    text: `The balance sheet that is active on ${chain} (epoch ${formatCount(activeEpoch)}${since}) is older than a day. Orders can be cancelled and withdrawals requested; trading goes on as soon as a newer one is active.`,
  };
}

function freezeOf(chain: string, reading: CustodyReading | undefined, known: EngineCustody | undefined): Halt[] {
  const frozen: Halt = {
    code: 'CUSTODY_FROZEN', tone: 'bad', title: `The custody on ${chain} is frozen`,
    text: 'It takes no new balance sheet, for ever. Everybody takes what the last active one says: by escape, to the own wallet, without the exchange.',
  };
  if (reading?.ok !== true) return known?.frozen === true ? [frozen] : [];
  const {freezeFrom} = reading.standing;
  switch (freezeStage(reading.standing)) {
    case 'none': return [];
    case 'silent': return [{code: 'FREEZE_POSSIBLE', tone: 'wait', title: `The custody on ${chain} is silent`, text: 'No balance sheet became active there for seven days: anybody may announce its freeze.'}];
    case 'announced': return [{code: 'FREEZE_ANNOUNCED', tone: 'wait', title: `A freeze of the custody on ${chain} is announced`, text: `From ${formatTime(freezeFrom * 1_000).slice(0, 16)} UTC on anybody may freeze it, unless a balance sheet becomes active before.`}];
    case 'due': return [{code: 'FREEZE_ANNOUNCED', tone: 'bad', title: `The custody on ${chain} can be frozen now`, text: 'The day since the announcement is over, and no balance sheet became active.'}];
    case 'frozen': return [frozen];
  }
}

/** Chains and engine at once; whoever is silent is left out. */
export async function readHalts(): Promise<Halt[]> {
  const defaults = await readExitDefaults();
  if (defaults === undefined) return [];
  const places = custodiesOf(defaults.network);
  const [answer, ...readings] = await Promise.all([
    query<{custodies: EngineCustody[] | null}>('query Halts { custodies { chainId activeEpoch sealedAt frozen rootTooOld } }'),
    ...places.map((place) => readStanding(defaults.sources, place, TIMEOUT_MS)),
  ]);
  return haltsOf(places, new Map(places.map(({chainId}, index) => [chainId, readings[index]!])), answer.ok ? (answer.data.custodies ?? []) : []);
}
