//! Compiles the contracts with protox, so nobody needs a `protoc` binary.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let protos = [
        "taskflow/v1/api.proto",
        "taskflow/v1/conversations.proto",
        "taskflow/v1/notifications.proto",
        "taskflow/v1/task_service.proto",
    ];
    let descriptors = protox::compile(protos, ["."])?;
    tonic_prost_build::configure().compile_fds(descriptors)?;
    for proto in protos {
        println!("cargo::rerun-if-changed={proto}");
    }
    Ok(())
}
