import { describePaymentProviderContract } from '../contract.ts';
import { startStripeSubject } from './stripe-subject.ts';

describePaymentProviderContract('Stripe over HTTP', startStripeSubject);
