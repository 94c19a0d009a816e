//! The gRPC contracts between the services, compiled from `proto/taskflow/v1`.

/// `taskflow.v1`: what the other services may ask of the backend.
pub mod v1 {
    #![expect(clippy::pedantic, clippy::allow_attributes, reason = "generated code")]
    tonic::include_proto!("taskflow.v1");
}
