"""The whole site on one screen: its parts, its addresses, its background jobs. Nothing imports this module."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flask import Flask
from flask_login import user_logged_in

import assessment.check_in_views
import assessment.check_ins
import assessment.method_views
import assessment.report_requests
import assessment.services
import assessment.views
import blog.admin
import blog.commands
import blog.feed_views
import blog.made_files
import blog.newsletter_admin
import blog.preview_models
import blog.preview_views
import blog.sending_job
import blog.subscriber_admin
import blog.subscribers
import blog.subscription_views
import blog.views
import booking.admin
import booking.block_admin
import booking.calendar_admin
import booking.calendar_models
import booking.calendar_sources
import booking.calendar_writing
import booking.call_back_letters
import booking.commands
import booking.consult_admin
import booking.drafts
import booking.exchange_models
import booking.feed_views
import booking.mailbox
import booking.models
import booking.offer_admin
import booking.offers
import booking.personal_data
import booking.reminders
import booking.reply_admin
import booking.reply_service
import booking.type_admin
import booking.views
import booking.waitlist_admin
import booking.waitlist_job
import desk.commands
import desk.data_views
import desk.funnel_views
import desk.lead_views
import desk.reads
import desk.retention
import desk.returned_views
import desk.settings_views
import desk.team_views
import desk.views
import desk.webhook_views
import dev.commands
import dev.stories
import dev.views
import kit.bounces
import kit.errors
import kit.front
import kit.jobs
import kit.limits
import kit.live_settings
import kit.logs
import kit.outbox
import kit.schema
import kit.security
import kit.templating
import leads.consent
import leads.funnel_models
import leads.handover
import leads.webhook_models
import leads.webhooks
import pages.health
import pages.views
import staff.account_views
import staff.audit_models
import staff.sign_in
import staff.views
from kit.context import EXTENSION
from kit.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parent

BLUEPRINTS = (
    pages.views.blueprint,
    pages.health.blueprint,
    blog.views.blueprint,
    blog.subscription_views.blueprint,
    blog.newsletter_admin.blueprint,
    blog.subscriber_admin.blueprint,
    blog.feed_views.blueprint,
    blog.preview_views.blueprint,
    blog.admin.admin,
    assessment.views.blueprint,
    assessment.check_in_views.blueprint,
    assessment.method_views.blueprint,
    staff.views.blueprint,
    staff.account_views.account_admin,
    desk.views.blueprint,
    desk.returned_views.blueprint,
    desk.lead_views.lead_admin,
    desk.data_views.data_admin,
    desk.funnel_views.funnel_admin,
    desk.team_views.team_admin,
    desk.webhook_views.webhook_admin,
    desk.settings_views.settings_admin,
    booking.views.blueprint,
    booking.feed_views.blueprint,
    booking.admin.admin,
    booking.calendar_admin.calendar_admin,
    booking.block_admin.block_admin,
    booking.consult_admin.consult_admin,
    booking.type_admin.type_admin,
    booking.offer_admin.offer_admin,
    booking.reply_admin.reply_admin,
    booking.waitlist_admin.waitlist_admin,
)

JOBS: dict[str, Callable[[], object]] = {
    "deliver_letters": kit.outbox.deliver_due,
    "render_reports": assessment.report_requests.render_due_reports,
    "forget_old_drafts": assessment.services.forget_old_drafts,
    "write_check_ins": assessment.check_ins.write_due,
    "forget_check_ins": assessment.check_ins.forget_unconfirmed,
    "forget_lapsed_holds": booking.drafts.forget_lapsed,
    "read_calendars": booking.calendar_sources.read_due,
    "write_calendars": booking.calendar_writing.write_due,
    "close_lapsed_offers": booking.offers.close_lapsed,
    "read_mailbox": booking.mailbox.read_mailbox,
    "forget_old_replies": booking.reply_service.forget_old,
    "write_reminders": booking.reminders.write_due,
    "write_call_backs": booking.call_back_letters.write_due,
    "send_stories": blog.sending_job.send_stories,
    "forget_made_files": blog.made_files.forget_unneeded,
    "forget_unconfirmed": blog.subscribers.forget_unconfirmed,
    "offer_openings": booking.waitlist_job.offer_openings,
    "deliver_webhooks": leads.webhooks.deliver_due,
    "forget_emptied_consults": booking.personal_data.forget_emptied,
    "let_go": desk.retention.let_go,
}


def create_app(settings: Settings | None = None) -> Flask:
    """The application. Without settings they are read from the environment and the instance folder."""
    settings = settings or load_settings(os.environ, ROOT)
    app = Flask(__name__, root_path=str(ROOT), static_folder=None, instance_path=str(settings.instance))
    app.extensions[EXTENSION] = settings
    kit.logs.install()
    kit.live_settings.install(app)
    kit.security.install(app, settings)
    kit.schema.install(app, settings)
    kit.templating.install(app, settings)
    kit.limits.install(app, settings)
    kit.jobs.install(app, settings, JOBS)
    staff.sign_in.install(app, settings)
    blog.views.install(app, settings)
    kit.errors.install(app)
    kit.front.install(app, ("/", "/sitemap.xml", "/stories/*", "/static/*"), partial(blog.views.current, app))
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    user_logged_in.connect(booking.admin.take_over_default, app)
    desk.reads.install(app)
    leads.handover.arrived.connect(assessment.services.claim)
    kit.bounces.complained.connect(blog.subscribers.hear_complaint)
    kit.bounces.complained.connect(assessment.check_ins.hear_complaint)
    leads.services.texts_wanted.connect(booking.services.what_they_wrote)
    leads.consent.newsletter_wanted.connect(blog.subscribers.hear)
    desk.commands.install(app)
    app.cli.add_command(blog.commands.stories)
    app.cli.add_command(booking.commands.receive_mail)
    if not settings.production:
        app.register_blueprint(dev.views.blueprint)
        app.register_blueprint(dev.stories.blueprint)
        app.cli.add_command(dev.commands.demo)
    return app
