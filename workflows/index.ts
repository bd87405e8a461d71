export { reconcile } from './reconcile.ts';
export { subscription } from './subscription.ts';
