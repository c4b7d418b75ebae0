import {beaconPublicKey, signRound} from './beacon.ts';
import {HttpError, listen, type HttpServer} from './http.ts';

/** What `DrandBeacon` is constructed with. */
export type BeaconFacts = {groupKey: `0x${string}`; genesis: number; periodSeconds: number};

/** A development key known to everybody: what it signs means nothing on any other network. */
const LOCAL_SECRET = 0x706f6273206c6f63616c20626561636f6en;
/** Before every local chain's first block. */
const GENESIS = 1_727_521_075;
const PERIOD_SECONDS = 3;
const SCHEME = 'bls-bn254-unchained-on-g1';

export const localBeacon = (): BeaconFacts => ({groupKey: beaconPublicKey(LOCAL_SECRET), genesis: GENESIS, periodSeconds: PERIOD_SECONDS});

/** Number of the newest round published by `time` (seconds); 0 before the first. */
export const roundBy = (time: number): number => (time < GENESIS ? 0 : Math.floor((time - GENESIS) / PERIOD_SECONDS) + 1);

/**
 * The simulated counterpart of drand's *evmnet*: one key instead of a group of operators, the same scheme and the same
 * HTTP interface (`GET /info`, `/public/<round>`, `/public/latest`), so that programs know the difference by URL alone.
 *
 * @param now - The chains' time in seconds: a round appears when its time has come there.
 */
export function startBeacon(port: number, now: () => Promise<number>): Promise<HttpServer> {
  return listen('beacon', port, async (request, response) => {
    const {pathname} = new URL(request.url ?? '/', 'http://localhost');
    const body = pathname === '/info' ? info() : await round(pathname, now);
    response.writeHead(200, {'content-type': 'application/json'}).end(JSON.stringify(body));
  });
}

function info(): object {
  const {groupKey, genesis, periodSeconds} = localBeacon();
  return {public_key: groupKey.slice(2), period: periodSeconds, genesis_time: genesis, schemeID: SCHEME, metadata: {beaconID: 'pobs-local'}};
}

async function round(pathname: string, now: () => Promise<number>): Promise<object> {
  const asked = /^\/public\/(latest|[1-9]\d{0,15})$/.exec(pathname)?.[1];
  if (asked === undefined) throw new HttpError(404, `unknown path ${pathname}`);
  const newest = roundBy(await now());
  const number = asked === 'latest' ? newest : Number(asked);
  // As drand words it: the round is not there yet.
  if (number > newest || number === 0) throw new HttpError(425, `round ${asked} is not published yet`);
  const {signature, randomness} = signRound(LOCAL_SECRET, BigInt(number));
  return {round: number, randomness: randomness.slice(2), signature: signature.slice(2)};
}
