import { startStripeSubject } from '../contract/stripe-subject.ts';
import { describePaymentProviderContract } from '../contract.ts';

describePaymentProviderContract('Stripe over HTTP', startStripeSubject);
