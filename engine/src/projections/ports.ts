/** Where projections are kept. */
import type {ProjectionBatch} from './fold.ts';

export type ProjectionCursor = {
  /** Last event folded in; 0 before the first. */
  sequence: bigint;
  /** Names the journal: a cursor of another one is worthless. */
  journal: string;
};

export type ProjectionStore = {
  cursor(): Promise<ProjectionCursor | undefined>;
  /** Applies a batch and moves the cursor in one transaction; a batch that does not continue the cursor is refused. */
  apply(batch: ProjectionBatch, journal: string): Promise<'applied' | 'outOfOrder'>;
  /** Empties the projections, not the chains' read models. */
  reset(): Promise<void>;
};
