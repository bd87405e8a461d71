import { describeScriptedProviderContract } from '../contract/scripted-contract.ts';
import { startStripeSubject } from '../contract/stripe-subject.ts';
import { describePaymentProviderContract } from '../contract.ts';

describePaymentProviderContract('Stripe over HTTP', startStripeSubject);
describeScriptedProviderContract('Stripe over HTTP', startStripeSubject, { listsEvents: false, ownSetups: false });
