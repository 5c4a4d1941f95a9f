namespace EmailAuth;

/// <summary>
/// Is told every verdict of an <see cref="EmailAuthenticator"/>: for a log, an audit trail, statistics. It sees what the caller sees and changes nothing.
/// Safe to be called from many threads at once.
/// </summary>
public interface IVerdictObserver
{
    /// <summary>
    /// One message was judged. Called before the verdict is returned, so it should be quick. What it throws is dropped: no observer costs a verdict.
    /// </summary>
    /// <param name="session">What the SMTP conversation told: raw text from the peer.</param>
    /// <param name="result">The verdict.</param>
    /// <param name="duration">How long it took, from the call to the verdict, the arrival of the message included.</param>
    void OnVerdict(SmtpSession session, VerificationResult result, TimeSpan duration);
}
