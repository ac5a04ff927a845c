//! Which URLs of a server are understood, what each part means, and that no password is shown.

use super::*;

fn tcp(name: &str, port: u16) -> (HostName, u16) {
    (HostName::Tcp(name.to_owned()), port)
}

#[test]
fn parse_reads_every_part() {
    let target = Target::parse(
        "postgresql://ann:p%40ss@one:5433,[2001:db8::1]:6000/app?sslmode=require&connect_timeout=3",
    )
    .unwrap();
    assert_eq!(target.hosts, [tcp("one", 5433), tcp("2001:db8::1", 6000)]);
    assert_eq!((target.user.as_deref(), target.database.as_deref()), (Some("ann"), Some("app")));
    assert_eq!(target.password.as_deref().map(String::as_str), Some("p@ss"));
    assert_eq!((target.tls, target.connect_timeout), (Some(TlsMode::Require), Duration::from_secs(3)));
    let one_port = Target::parse("postgres:///app?host=a,b&port=7000").unwrap();
    assert_eq!(one_port.hosts, [tcp("a", 7000), tcp("b", 7000)]);
}

#[test]
fn parse_takes_a_path_for_the_folder_of_a_socket() {
    let socket = |path: &str| [(HostName::Socket(path.into()), 5432)];
    assert_eq!(Target::parse("postgres://ann@%2Frun%2Fpg/app").unwrap().hosts, socket("/run/pg"));
    assert_eq!(Target::parse("postgres:///app?host=/run/pg").unwrap().hosts, socket("/run/pg"));
    assert_eq!(Target::parse("postgres:///app").unwrap().hosts, socket(DEFAULT_SOCKET_FOLDER));
}

#[test]
fn parse_names_the_wrong_part_and_repeats_no_value() {
    for (url, error) in [
        ("mysql://h/d", UrlError::Scheme),
        ("postgres://h:0/d", UrlError::Port),
        ("postgres://h:x/d", UrlError::Port),
        ("postgres://u@[::1/d", UrlError::Host),
        ("postgres://u@[::1]5432/d", UrlError::Host),
        ("postgres://u@::1/d", UrlError::Host),
        ("postgres://u@[db.example]/d", UrlError::Host),
        ("postgres://a,b/d?port=1,2,3", UrlError::Ports { hosts: 2, ports: 3 }),
        ("postgres://u:%zz@h/d", UrlError::Encoding("password")),
        ("postgres://h/d?fallback=1", UrlError::Parameter("fallback".to_owned())),
        ("postgres://h/d?s3cret&x", UrlError::Parameter("s3cret".to_owned())),
    ] {
        assert_eq!(Target::parse(url).map(drop), Err(error), "{url}");
    }
    let error = Target::parse("postgres://h/d?sslmode=prefer").map(drop).unwrap_err();
    assert_eq!(error.to_string(), "the parameter sslmode of the URL must be verify-full, require or disable");
}

#[test]
fn parse_reads_the_bound_of_a_replica() {
    let staleness = |query: &str| Target::parse(&format!("postgres://h/d?{query}")).map(|t| t.staleness);
    let seconds = |s| Ok(Some(Duration::from_secs(s)));
    assert_eq!(staleness("read=replica&staleness=5s"), seconds(5));
    assert_eq!(staleness("staleness=9&read=replica"), seconds(9));
    assert_eq!(staleness("read=replica"), seconds(2));
    assert_eq!(staleness("read=primary"), Ok(None));
    for wrong in ["read=any", "staleness=2s", "read=replica&staleness=0", "read=replica&staleness=2ms"] {
        assert!(staleness(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn only_what_stays_on_this_machine_is_plain_by_default() {
    let modes = |url: &str| -> Vec<TlsMode> {
        let target = Target::parse(url).unwrap();
        target.hosts.iter().map(|(host, _)| target.tls_mode(host)).collect()
    };
    let (plain, checked) = (TlsMode::Disable, TlsMode::VerifyFull);
    assert_eq!(modes("postgres://db.example/app"), [checked]);
    assert_eq!(modes("postgres://localhost,db.example/app"), [checked, checked]);
    assert_eq!(modes("postgres://127.0.0.1,localhost,[::1]/app"), [plain; 3]);
    assert_eq!(modes("postgres:///app"), [plain]);
    assert_eq!(modes("postgres://db.example/app?sslmode=disable"), [plain]);
    // A name that begins as an address of this machine is a name.
    assert_eq!(modes("postgres://127.0.0.1.evil.example/app"), [checked]);
    assert_eq!(modes("postgres://127.evil/app"), [checked]);
    // Whoever names an authority wants it to be asked.
    assert_eq!(modes("postgres://localhost/app?sslrootcert=/ca.crt"), [checked]);
    assert_eq!(modes("postgres:///app?host=/run/pg,db.example"), [plain, checked]);
    assert_eq!(modes("postgres:///app?sslmode=verify-full"), [plain]);
}
