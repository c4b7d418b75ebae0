import {PobsError} from '@pobs/protocol';

export type NodeErrorData =
  | {code: 'ENGINE_BUSY'; detail: string}
  | {code: 'ENGINE_STOPPED'; detail: string}
  /** A follower takes no commands. */
  | {code: 'READ_ONLY'; detail: string}
  | {code: 'FOREIGN_JOURNAL'; detail: string}
  | {code: 'REPLAY_DIVERGED'; sequence: bigint; detail: string}
  | {code: 'RULES_REFUSED'; detail: string};

/** Why the node cannot start or answer; `detail` is one sentence for the operator. */
export class NodeError extends PobsError<NodeErrorData> {
  constructor(data: NodeErrorData, retryable = false, options?: ErrorOptions) {
    super(data, retryable, options);
    this.message = data.detail;
  }
}
