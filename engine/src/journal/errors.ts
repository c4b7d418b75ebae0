import {PobsError} from '@pobs/protocol';

export type JournalErrorData =
  | {code: 'JOURNAL_LOCKED'; pid: number; detail: string}
  | {code: 'JOURNAL_CORRUPT'; file: string; detail: string}
  /** Written by a version that this one does not read. */
  | {code: 'JOURNAL_VERSION'; file: string; detail: string}
  | {code: 'JOURNAL_CLOSED'; detail: string}
  | {code: 'JOURNAL_WRITE_FAILED'; detail: string};

/** Why a journal cannot be opened or went out of service; `detail` is one sentence for the operator. */
export class JournalError extends PobsError<JournalErrorData> {
  constructor(data: JournalErrorData, retryable = false, options?: ErrorOptions) {
    super(data, retryable, options);
    this.message = data.detail;
  }
}
