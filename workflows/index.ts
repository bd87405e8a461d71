export { payment, refund } from './carriers.ts';
export { reconcile } from './reconcile.ts';
export { subscription } from './subscription.ts';
