import {HttpError} from '../http.ts';

/**
 * Contents of the file parts of a `multipart/form-data` body, as Kubo's RPC takes them; without that header the body
 * itself is the one file.
 *
 * @throws HttpError 400 when the body does not follow its boundary.
 */
export function filesOf(contentType: string | undefined, body: Buffer): Buffer[] {
  if (contentType === undefined || !contentType.startsWith('multipart/')) return [body];
  const boundary = /boundary=(?:"([^"]+)"|([^;]+))/.exec(contentType);
  const name = boundary?.[1] ?? boundary?.[2];
  if (name === undefined) throw new HttpError(400, 'multipart body without a boundary');
  const opening = Buffer.from(`--${name}`);
  const closing = Buffer.from(`\r\n--${name}`);
  const files: Buffer[] = [];
  let position = body.indexOf(opening);
  while (position >= 0) {
    const headersStart = position + opening.length + 2;
    if (body.toString('latin1', headersStart - 2, headersStart) === '--') return files;
    const headersEnd = body.indexOf('\r\n\r\n', headersStart - 2);
    const end = body.indexOf(closing, headersEnd + 2);
    if (headersEnd < 0 || end < 0) break;
    files.push(body.subarray(headersEnd + 4, end));
    position = end + 2;
  }
  throw new HttpError(400, 'multipart body ends too early');
}
