import { attachMethod, getMethod } from './attach-method.ts';
import { addScript, setClock } from './control-sandbox.ts';
import { createCharge } from './create-charge.ts';
import { listCharges } from './read-charges.ts';
import { listRefunds, refundCharge } from './refund-charge.ts';
import type { Sandbox } from './sandbox.ts';
import { cancelCharge, decideAction, showAction } from './settle-charge.ts';
import type { Reply, WireRequest } from './wire.ts';

type Handle = (sandbox: Sandbox, request: WireRequest) => Reply | Promise<Reply>;

export interface Route {
  /** `METHOD /path/:id`, also the label in metrics. */
  name: string;
  method: string;
  pattern: RegExp;
  handle: Handle;
}

/** The provider's own dialect; the busiest route stands first. */
export const routes: readonly Route[] = [
  route('POST /v1/charges', createCharge),
  route('GET /v1/charges', listCharges),
  route('POST /v1/charges/:id/cancel', cancelCharge),
  route('POST /v1/methods', attachMethod),
  route('GET /v1/methods/:id', getMethod),
  route('POST /v1/refunds', refundCharge),
  route('GET /v1/refunds', listRefunds),
  route('GET /actions/:id', showAction),
  route('POST /actions/:id', decideAction),
  route('POST /control/script', addScript),
  route('POST /control/clock', setClock),
];

function route(name: string, handle: Handle): Route {
  const [method = '', path = ''] = name.split(' ');
  return { name, method, pattern: new RegExp(`^${path.replaceAll(':id', '([^/]+)')}$`), handle };
}
