//! What an app may rely on, whatever does the sidecar's work: each check is made with a real daprd
//! on Kafka, with Kafka spoken to directly, and with the tables of a database.

mod calls;
mod delivery;
mod state;
mod worlds;

use worlds::{OnBus, OnKafka, WithSidecar, WithoutLetters, World};

macro_rules! contract {
    ($($check:path => $name:ident),* $(,)?) => {
        mod with_sidecar {
            $(#[tokio::test]
            async fn $name() {
                $check(<super::WithSidecar as super::World>::start().await).await;
            })*
        }
        mod on_kafka {
            $(#[tokio::test]
            async fn $name() {
                $check(<super::OnKafka as super::World>::start().await).await;
            })*
        }
        mod on_bus {
            $(#[tokio::test]
            async fn $name() {
                $check(<super::OnBus as super::World>::start().await).await;
            })*
        }
    };
}

/// daprd does the same with a bulk, but what is in one is not the test's to say.
#[tokio::test]
async fn what_has_no_order_to_keep_goes_side_by_side() {
    delivery::side_by_side(OnBus::start().await).await;
}

#[tokio::test]
async fn a_dead_letter_that_never_fits_holds_up_nobody() {
    delivery::passed_over(WithoutLetters::start().await).await;
}

contract! {
    super::delivery::order => events_of_a_user_come_in_order_and_once,
    super::delivery::redelivery => what_is_refused_comes_again_before_what_is_behind_it,
    super::delivery::dead_letters => what_cannot_be_handled_is_put_aside_with_its_cause,
    super::delivery::back_pressure => no_more_is_begun_than_can_be_handled,
    super::delivery::restart => what_was_not_handled_comes_to_the_next_process,
    super::calls::caller => a_call_names_its_caller_and_brings_back_the_status,
    super::calls::deadline => a_call_ends_at_its_deadline,
    super::calls::tick => ticks_wake,
    super::state::claims => of_all_who_claim_one_wins_until_it_expires,
    super::state::versions => a_version_that_was_overwritten_cannot_be_replaced,
}
