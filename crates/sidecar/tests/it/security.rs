//! Only our sidecar may call.

use dapr::dapr::proto::runtime::v1::{
    BindingEventRequest, TopicEventBulkRequest, TopicEventRequest,
    app_callback_alpha_client::AppCallbackAlphaClient, app_callback_client::AppCallbackClient,
    app_callback_health_check_client::AppCallbackHealthCheckClient,
};
use proto::v1::{
    RedeemTicketRequest, task_service_client::TaskServiceClient,
    task_service_server::TaskServiceServer,
};
use sidecar::{ConfigError, Sidecar};
use tonic::{Code, Request, Status, service::Routes};

use crate::{
    app::{self, App, args},
    origin::Echo,
};

#[tokio::test]
async fn whatever_acts_wants_the_token() {
    let mut args = args(1);
    args.app_api_token = Some("the right token".into());
    let services = Routes::new(TaskServiceServer::new(Echo));
    let sidecar = Sidecar::new(&args).unwrap();
    let app = App::start(app::callbacks(vec![]), services, sidecar).await;

    let (refused, heard) = (
        [Code::Unauthenticated; 5],
        [Code::Ok, Code::Ok, Code::Ok, Code::NotFound, Code::Ok],
    );
    for (token, expected) in [
        (None, refused),
        (Some(""), refused),
        (Some("the wrong token"), refused),
        (Some("the right token "), refused),
        (Some("the right token"), heard),
    ] {
        let channel = app.channel().await;
        let show = move |mut request: Request<()>| -> Result<_, Status> {
            if let Some(token) = token {
                let token = token.parse().unwrap();
                request.metadata_mut().insert("dapr-api-token", token);
            }
            Ok(request)
        };
        let mut callback = AppCallbackClient::with_interceptor(channel.clone(), show);
        let mut alpha = AppCallbackAlphaClient::with_interceptor(channel.clone(), show);
        let mut health = AppCallbackHealthCheckClient::with_interceptor(channel.clone(), show);
        let mut own = TaskServiceClient::with_interceptor(channel, show);
        let bulk = TopicEventBulkRequest::default;
        #[expect(deprecated, reason = "it is what an older daprd calls")]
        let codes = [
            code(callback.on_topic_event(TopicEventRequest::default()).await),
            code(callback.on_bulk_topic_event(bulk()).await),
            code(alpha.on_bulk_topic_event_alpha1(bulk()).await),
            code(
                callback
                    .on_binding_event(BindingEventRequest::default())
                    .await,
            ),
            code(own.redeem_ticket(RedeemTicketRequest::default()).await),
        ];
        assert_eq!(codes, expected, "{token:?}");

        // daprd asks these without showing the token.
        callback.list_topic_subscriptions(()).await.unwrap();
        callback.list_input_bindings(()).await.unwrap();
        health.health_check(()).await.unwrap();
    }
}

fn code<T>(result: Result<T, Status>) -> Code {
    result.map_or_else(|status| status.code(), |_| Code::Ok)
}

#[tokio::test]
async fn a_configuration_that_cannot_work_is_refused() {
    let with = |endpoint: &str, token: &'static str| {
        let mut args = args(1);
        args.dapr_grpc_endpoint = Some(endpoint.to_owned());
        args.dapr_api_token = Some(token.into());
        Sidecar::new(&args)
    };
    assert!(matches!(
        with("https://far.away", ""),
        Err(ConfigError::Scheme)
    ));
    assert!(matches!(with("http://", ""), Err(ConfigError::Endpoint(_))));
    assert!(matches!(with("", "line\nbreak"), Err(ConfigError::Token)));
    let sidecar = with("", "").unwrap();
    assert!(matches!(sidecar.app(""), Err(ConfigError::AppId(_))));
    assert!(matches!(sidecar.app("a\nb"), Err(ConfigError::AppId(_))));
}

#[tokio::test]
async fn secrets_do_not_show_in_what_is_printed() {
    let mut args = args(1);
    args.dapr_api_token = Some("outgoing-secret".into());
    args.app_api_token = Some("incoming-secret".into());
    let printed = format!("{args:?}");
    assert!(!printed.contains("secret"), "{printed}");
}
