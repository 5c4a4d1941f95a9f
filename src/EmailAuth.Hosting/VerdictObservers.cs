using System.Collections.Immutable;

namespace EmailAuth.Hosting;

/// <summary>Tells several observers; what one throws takes nothing from the others.</summary>
internal sealed class VerdictObservers(ImmutableArray<IVerdictObserver> observers) : IVerdictObserver
{
    /// <inheritdoc/>
    public void OnVerdict(SmtpSession session, VerificationResult result, TimeSpan duration)
    {
        foreach (var observer in observers)
        {
            try
            {
                observer.OnVerdict(session, result, duration);
            }
#pragma warning disable CA1031 // The host's own code: see IVerdictObserver.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
        }
    }
}
