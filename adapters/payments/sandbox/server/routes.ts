import { customRoutes } from '../custom-server/custom-routes.ts';
import { attachMethod, getMethod } from './attach-method.ts';
import { addScript, listScript, setClock, setOdds, tellEvent } from './control-sandbox.ts';
import { createCharge } from './create-charge.ts';
import { openDispute, settleDispute } from './dispute-charge.ts';
import { listEvents } from './list-events.ts';
import { listCharges } from './read-charges.ts';
import { listRefunds, refundCharge } from './refund-charge.ts';
import type { Sandbox } from './sandbox.ts';
import { beginSetup, completeSetup, readSetup, showSetup } from './set-up-method.ts';
import { cancelCharge, decideAction, showAction } from './settle-charge.ts';
import type { Reply, WireRequest } from './wire.ts';

export type Handle = (sandbox: Sandbox, request: WireRequest) => Reply | Promise<Reply>;

export interface Route {
  /** `METHOD /path/:id`, also the label in metrics. */
  name: string;
  method: string;
  pattern: RegExp;
  handle: Handle;
}

/** The provider's own dialect, then the custom protocol's; the busiest route stands first. */
export const routes: readonly Route[] = [
  route('POST /v1/charges', createCharge),
  route('GET /v1/charges', listCharges),
  route('POST /v1/charges/:id/cancel', cancelCharge),
  route('POST /v1/methods', attachMethod),
  route('GET /v1/methods/:id', getMethod),
  route('POST /v1/refunds', refundCharge),
  route('GET /v1/refunds', listRefunds),
  route('POST /v1/setups', beginSetup),
  route('GET /v1/setups/:id', readSetup),
  route('GET /v1/events', listEvents),
  route('GET /setups/:id', showSetup),
  route('POST /setups/:id', completeSetup),
  route('GET /actions/:id', showAction),
  route('POST /actions/:id', decideAction),
  route('POST /control/script', addScript),
  route('GET /control/script', listScript),
  route('POST /control/odds', setOdds),
  route('POST /control/clock', setClock),
  route('POST /control/events', tellEvent),
  route('POST /control/disputes', openDispute),
  route('POST /control/disputes/:id', settleDispute),
  ...customRoutes.map(([name, handle]) => route(name, handle)),
];

function route(name: string, handle: Handle): Route {
  const [method = '', path = ''] = name.split(' ');
  return { name, method, pattern: new RegExp(`^${path.replaceAll(':id', '([^/]+)')}$`), handle };
}
