export {callOf, type ExitCall} from './call.ts';
export {custodiesOf, type CustodyPlace, type ExitNetwork, type ExitOwner, type ExitSources, ownerByProof, ownerBySecret} from './places.ts';
export {type Published, type PublishedResult, withPublished} from './published.ts';
export {type ExitRow, findRows, type RowSearch, type RowsResult} from './rows.ts';
export {type CustodyReading, exitSentence, readStanding} from './standing.ts';
