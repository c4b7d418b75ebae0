import {PobsError} from '../errors.ts';

export type StoreErrorData =
  | {code: 'STORE_UNREACHABLE'; store: string; detail: string}
  | {code: 'STORE_NOT_FOUND'; store: string; cid: string}
  | {code: 'STORE_HASH_MISMATCH'; store: string; cid: string}
  | {code: 'STORE_REFUSED'; store: string; detail: string}
  | {code: 'STORE_READ_ONLY'; store: string}
  | {code: 'STORE_TOO_LARGE'; store: string; bytesMax: number}
  | {code: 'STORE_CID_INVALID'; cid: string}
  | {code: 'STORE_URL_INVALID'; detail: string}
  | {code: 'EPOCH_MANIFEST_INVALID'; cid: string; detail: string}
  | {code: 'EPOCH_FILE_MISMATCH'; name: string; detail: string};

/** `retryable` is true only when the same call may succeed later. The message is one sentence for people. */
export class StoreError extends PobsError<StoreErrorData> {
  constructor(data: StoreErrorData, options?: ErrorOptions) {
    super(data, data.code === 'STORE_UNREACHABLE' || data.code === 'STORE_NOT_FOUND', options);
    this.message = sentence(data);
  }
}

function sentence(data: StoreErrorData): string {
  switch (data.code) {
    case 'STORE_UNREACHABLE':
      return `Storage ${data.store} does not answer (${data.detail}): check its URL and that it runs.`;
    case 'STORE_NOT_FOUND':
      return `Storage ${data.store} does not have ${data.cid}.`;
    case 'STORE_HASH_MISMATCH':
      return `Storage ${data.store} returned bytes that do not hash to ${data.cid}: use another gateway.`;
    case 'STORE_REFUSED':
      return `Storage ${data.store} refused the request: ${data.detail}.`;
    case 'STORE_READ_ONLY':
      return `Storage ${data.store} has no key to write with: give it one.`;
    case 'STORE_TOO_LARGE':
      return `Storage ${data.store}: the file is larger than ${data.bytesMax} bytes.`;
    case 'STORE_CID_INVALID':
      return `"${data.cid}" is no CID this system uses (CIDv1, raw or dag-pb, sha2-256).`;
    case 'STORE_URL_INVALID':
      return `Cannot use the storage setting: ${data.detail}.`;
    case 'EPOCH_MANIFEST_INVALID':
      return `Manifest ${data.cid} cannot be used: ${data.detail}.`;
    case 'EPOCH_FILE_MISMATCH':
      return `File ${data.name} of the manifest cannot be used: ${data.detail}.`;
  }
}
