import type { RefundRequest } from '../../shared/rest/types.ts';

/** What an administrator is about to say to a customer's request. */
export interface Decision {
  request: RefundRequest;
  verdict: 'approve' | 'decline';
}
