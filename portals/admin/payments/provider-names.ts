/** R5: every provider a business can name. */
export const providerNames = ['sandbox', 'stripe', 'paypal', 'custom'] as const;
