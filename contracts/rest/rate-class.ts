/**
 * What a call costs and risks, for limits: `money` may charge or refund, `secret` makes keys, clients, secrets, invitations or
 * sessions, `login` takes credentials of people.
 */
export type RateClass = 'read' | 'write' | 'money' | 'secret' | 'login';

export function rateClassOf({ method, rateClass }: { method: string; rateClass?: RateClass }): RateClass {
  return rateClass ?? (method === 'get' ? 'read' : 'write');
}
