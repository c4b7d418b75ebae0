/** What reads numbers in event records as names. */
import type {Core} from '../core/engine.ts';
import type {Names} from './read-frames.ts';

export const namesOf = ({state: {assets, identities, venue}}: Core): Names => ({
  assets, markets: venue.markets.map(({spec, unit, trades}) => ({spec, unit, trades})), accounts: identities.map(({wallet, sub}) => ({wallet, sub})),
});
