export { createProvisioningActivities as activities } from './provisioning/provisioning-activities.ts';
