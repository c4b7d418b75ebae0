/** What a node is opened with. */
import type {Rules} from '@pobs/protocol';
import type {Disk} from '../journal/disk.ts';
import type {EventListener} from './types.ts';

export type EngineNodeOptions = {
  /** Folder of the journal. */
  directory: string;
  /** Folder of snapshots; a start begins at the newest one. */
  snapshots?: string;
  /** Written as the first command of a new journal; an old one must have begun with the same. */
  rules: Rules;
  /** Milliseconds since 1970. */
  now?: () => number;
  segmentBytes?: number;
  disk?: Disk;
  /** Commands between two digests in the journal. */
  checkpointEvery?: number;
  /** Events of the replay, in order, so that projections can catch up. */
  onReplayed?: EventListener;
  /** Called once when the node cannot go on; the default prints one line and ends the process. */
  onFatal?: (error: Error) => void;
};
