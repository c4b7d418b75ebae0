import {webConfig} from '../../../../lib/config.ts';

/**
 * Passes the depositor's calls on to the engine, so that the browser needs one origin only.
 *
 * Only the public `/v1/` interface is reachable; the operator's is not, whatever the path says.
 */
async function forward(request: Request, {params}: {params: Promise<{path: string[]}>}): Promise<Response> {
  const {path} = await params;
  if (path[0] !== 'v1' || path.some((part) => part === '' || part === '.' || part === '..')) {
    return refuse(404, 'NOT_FOUND', 'Only the public interface of the engine is reachable here.');
  }
  const {engineUrl, timeoutMs} = webConfig();
  const target = `${engineUrl}/${path.map(encodeURIComponent).join('/')}${new URL(request.url).search}`;
  const authorization = request.headers.get('authorization');
  const body = ['POST', 'PUT', 'PATCH'].includes(request.method) ? await request.text() : undefined;
  try {
    const response = await fetch(target, {
      method: request.method,
      cache: 'no-store',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : {'content-type': 'application/json'}),
        ...(authorization === null ? {} : {authorization}),
      },
      ...(body === undefined ? {} : {body}),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return new Response(await response.text(), {
      status: response.status,
      headers: {'content-type': response.headers.get('content-type') ?? 'application/json', 'cache-control': 'no-store'},
    });
  } catch {
    return refuse(502, 'ENGINE_UNREACHABLE', 'The engine cannot be reached. Try again in a moment.');
  }
}

const refuse = (status: number, code: string, message: string): Response => Response.json({error: {code, message}}, {status});

export {forward as DELETE, forward as GET, forward as PATCH, forward as POST, forward as PUT};
