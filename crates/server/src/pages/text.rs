//! The words of the pages, in one place for whoever translates them.

pub(super) const LANGUAGE: &str = "en";

pub(super) const LOGIN: &str = "Log in";
pub(super) const LOGIN_FAILED: &str = "Login failed";
pub(super) const USER_NAME: &str = "User name";
pub(super) const PASSWORD: &str = "Password";
pub(super) const REMEMBER: &str = "Keep me logged in";
pub(super) const REMEMBER_HINT: &str = "For a device that only you use.";
pub(super) const UNSENT: &str =
    "You were logged out, so the form that you sent did not arrive. Log in, and send it again.";
pub(super) const WRONG: &str = "The user name or the password is wrong.";
pub(super) const WRONG_PASSWORD: &str = "The password is wrong.";
pub(super) const LOCKED: &str = "Too many failed logins: this password is locked. Ask the administrator.";
pub(super) const TOO_MANY_SESSIONS: &str = "Too many sessions";
pub(super) const CROWD_CAPTION: &str = "Your sessions, the oldest first";
pub(super) const END_AND_LOG_IN: &str = "End this one and log in";
pub(super) const END_CHOSEN_AND_LOG_IN: &str = "End these and log in";
pub(super) const ALL_SITES: &str = "login to all sites";
pub(super) const NO_APP: &str = "no application";

pub(super) const REAUTH: &str = "Confirm that it is you";
pub(super) const REAUTH_FAILED: &str = "Not confirmed";
pub(super) const REAUTH_HINT: &str = "What you are about to do needs your password again.";
pub(super) const CONFIRM: &str = "Confirm";

pub(super) const LOGOUT: &str = "Log out?";
pub(super) const LOGOUT_HINT: &str = "Your session on this site ends, on this device.";
pub(super) const LOGOUT_EVERYWHERE_HINT: &str =
    "Your login ends, and with it your session at every site that you opened with it, on this device.";
pub(super) const LOGOUT_BUTTON: &str = "Log out";
pub(super) const BYE: &str = "You are logged out";
pub(super) const BYE_HERE: &str = "You are logged out of this site only";
pub(super) const STILL_LOGGED_IN: &str = "Your session at this site has ended, but your login goes on: this site and the \
     others of the same login open again without a password.";
pub(super) const LOG_OUT_EVERYWHERE: &str = "Log out of all of them";
pub(super) const LOGIN_EXPIRED: &str = "This login cannot be continued";
pub(super) const LOGIN_EXPIRED_HINT: &str =
    "It took too long, or began in another browser. Open the site and log in again.";
pub(super) const TO_SITE: &str = "Back to the site";

pub(super) const SESSIONS: &str = "Your sessions";
pub(super) const SESSIONS_CAPTION: &str = "Newest first";
pub(super) const THIS_DEVICE: &str = "this device";
pub(super) const REFRESH: &str = "Refresh";
pub(super) const PAUSE: &str = "Pause updates";
pub(super) const RESUME: &str = "Resume updates";
pub(super) const CHANGED: &str =
    "Something has changed since this page was loaded. Refresh it to see the change.";
pub(super) const STOPPED: &str = "This page is no longer kept current. Refresh it to go on.";
pub(super) const END_OTHERS: &str = "End all other sessions";
pub(super) const END_OTHERS_HINT: &str = "The button below logs out every other browser. API tokens stay.";

pub(super) const ADMIN: &str = "Sessions";
pub(super) const ADMIN_FILTER: &str = "Which sessions";
pub(super) const ADMIN_MORE: &str = "More filters";
pub(super) const ALL_OF_THEM: &str = "All of them";
pub(super) const ONE_CHILD_ENDS: &str = "Its active child ends with it.";
pub(super) const ADMIN_SHOW: &str = "Show";
pub(super) const ADMIN_NEXT: &str = "Older sessions";
pub(super) const ADMIN_REASON: &str = "Reason of a revocation";
pub(super) const ADMIN_REVOKE: &str = "Revoke what matches …";
pub(super) const ADMIN_REVOKE_QUESTION: &str = "Revoke these sessions";
pub(super) const ADMIN_IN: &str = "Expire in (empty: now)";
pub(super) const ADMIN_EXPIRE: &str = "Expire what matches …";
pub(super) const ADMIN_EXPIRE_QUESTION: &str = "Expire these sessions";
pub(super) const ADMIN_ALL: &str = "All sessions";
pub(super) const ADMIN_ACTS: &str = "End sessions";
pub(super) const SESSION_REVOKE: &str = "Revoke this session …";
pub(super) const SESSION_EXPIRE: &str = "Expire this session …";
pub(super) const RECORD: &str = "Record";
pub(super) const CHECKS: &str = "Checks";
pub(super) const CHECKS_CAPTION: &str = "In the order of a verification; the first that fails decides";
pub(super) const FAMILY: &str = "Parent and children";
pub(super) const FAMILY_CAPTION: &str = "The parent first";
pub(super) const EVENTS: &str = "Last events";
pub(super) const ADMIN_CHANGED: &str =
    "Another number of sessions matches now. Nothing was changed. This is the new dry run.";
pub(super) const ADMIN_BACK: &str = "Back, and change nothing";
pub(super) const NOT_AN_ADMIN: &str = "This page is for administrators";
pub(super) const NOT_AN_ADMIN_HINT: &str = "The server was started without --admin for your user name.";

pub(super) const COOKIE_NOT_KEPT: &str = "Your browser did not keep the cookie";
pub(super) const COOKIE_NOT_KEPT_WHY: &str = "The session began, but the browser did not send its cookie back. \
     Allow cookies for this site, and open the site with https:// if its address begins with http://.";
pub(super) const TRY_AGAIN: &str = "Try again";

pub(super) const TOO_MANY_VISITS: &str = "Try again in a minute";
pub(super) const TOO_MANY_VISITS_HINT: &str = "Too many visits began from your address.";
pub(super) const NOT_FOUND: &str = "There is no such page";
pub(super) const NOT_FOUND_HINT: &str = "The address is wrong, or the page is not on this site.";
pub(super) const BAD_FORM: &str = "The form could not be read";
pub(super) const BAD_FORM_HINT: &str = "Go back, load the page again, and fill in every field.";
pub(super) const FOREIGN_FORM: &str = "The form came from another site";
pub(super) const FOREIGN_FORM_HINT: &str = "Nothing was changed. Open the page here and send its own form.";
pub(super) const NOT_A_NAVIGATION: &str = "This page is shown in a window of its own only";
pub(super) const NOT_A_NAVIGATION_HINT: &str = "Open its address in the browser. If this site has a service \
     worker, its developer must let it leave the addresses of these pages to the browser.";
pub(super) const UNAVAILABLE: &str = "Try again in a moment";
pub(super) const UNAVAILABLE_HINT: &str = "The session database cannot be used now. Nothing was changed.";
