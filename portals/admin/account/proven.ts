import { answered } from '../../shared/rest/client.ts';
import { asProblem, Problem } from '../../shared/rest/problem.ts';

/** A call that shows a password or code: refused, it is that which was wrong, and no role. */
export async function proven<Data>(call: Parameters<typeof answered<Data>>[0]): Promise<Data> {
  try {
    return await answered(call);
  } catch (error) {
    const { code, status, message, requestId, details } = asProblem(error);
    if (code !== 'forbidden') throw error;
    throw new Problem({ code: 'proof_refused', status, detail: message, requestId, details, cause: error });
  }
}
