/** What is served over a link: the engine itself, or a follower that refuses commands. */
import type {EngineNode} from '../node/engine-node.ts';

export type LinkNode = Pick<
  EngineNode, 'submit' | 'submitRecordsFor' | 'readThen' | 'sealed' | 'state' | 'eventSequence' | 'durableEventSequence' | 'durable' | 'onEventFrames' | 'recent'
> & {
  /** Durable batches as they come; their index is enough. */
  onBatches(listener: (batch: {index: number}) => void): () => void;
};
