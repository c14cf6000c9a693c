// as: services/sales/src/offender.ts
// expect: @nx/enforce-module-boundaries noTransitiveDependencies
export { connect } from '@nats-io/transport-node';
