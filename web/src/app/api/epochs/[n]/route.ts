import {parseEpochNumber} from '../../../../lib/epoch-number.ts';
import {readEpoch} from '../../../../lib/queries.ts';

/** One epoch as JSON, for pages that build proofs in the browser. */
export async function GET(_request: Request, {params}: {params: Promise<{n: string}>}): Promise<Response> {
  const number = parseEpochNumber((await params).n);
  if (number === undefined) return refuse(404, 'EPOCH_UNKNOWN', 'An epoch is a whole number from 1 up.');
  const result = await readEpoch(number);
  if (!result.ok) return refuse(502, 'ENGINE_UNREACHABLE', result.problem.message);
  const {epoch, network} = result.data;
  if (epoch === null) return refuse(404, 'EPOCH_UNKNOWN', `Epoch ${number} is not proposed yet.`);
  return Response.json({epoch, network}, {headers: {'cache-control': 'no-store'}});
}

const refuse = (status: number, code: string, message: string): Response => Response.json({error: {code, message}}, {status});
