//! What is wrong with the certificate of a server, in words.

use rustls::CertificateError;

/// What is wrong with a server's certificate, where that is why the connection failed.
pub(crate) fn certificate_fault(error: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let inner = error.downcast_ref::<std::io::Error>().and_then(|io| io.get_ref());
        let fault = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>());
        if let Some(rustls::Error::InvalidCertificate(fault)) = fault.or(error.downcast_ref()) {
            return Some(match fault {
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                    "the certificate of the server has expired"
                }
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                    "the certificate of the server is not valid yet"
                }
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                    "the certificate of the server is for another name"
                }
                CertificateError::UnknownIssuer => "the certificate of the server is of an unknown authority",
                CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
                    "the certificate of the server is that of an authority (CA:TRUE), which signs and does not serve"
                }
                CertificateError::Revoked => "the certificate of the server was revoked",
                _ => return None,
            });
        }
        cause = error.source();
    }
    None
}
