import { expect, it } from 'vitest';
import { createAddressOfWorkflow } from './workflow-address.ts';

const ref = { tenantId: 'ten_1', subscriptionId: 'sub_1' };

it('names a workflow, and where the UI shows it', () => {
  expect(createAddressOfWorkflow({ url: 'http://ui:8233', namespace: 'red core' })(ref)).toEqual({
    workflowId: 'sub:ten_1:sub_1',
    namespace: 'red core',
    url: 'http://ui:8233/namespaces/red%20core/workflows/sub%3Aten_1%3Asub_1',
  });
});

it('knows no address where no UI is configured', () => {
  expect(createAddressOfWorkflow({ url: undefined, namespace: 'redcore' })(ref).url).toBeNull();
});
