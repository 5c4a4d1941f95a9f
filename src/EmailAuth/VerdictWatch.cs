using System.Diagnostics;

namespace EmailAuth;

/// <summary>Looks on while one message is judged, for metrics, traces and the observer. Made only where somebody listens.</summary>
internal sealed class VerdictWatch
{
    private readonly EmailAuthenticatorOptions _options;
    private readonly long _started;
    private readonly Activity? _activity;
    private readonly bool _isCounted;

    /// <summary>Begins.</summary>
    public VerdictWatch(EmailAuthenticatorOptions options)
    {
        _options = options;
        _started = options.TimeProvider.GetTimestamp();
        _activity = EmailAuthMetrics.StartActivity();
        _isCounted = EmailAuthMetrics.CountIn();
    }

    /// <summary>Whether anybody listens.</summary>
    public static bool IsWanted(EmailAuthenticatorOptions options) => options.Observer is not null || EmailAuthMetrics.IsOn;

    /// <summary>There is a verdict.</summary>
    public void OnVerdict(SmtpSession session, VerificationResult result)
    {
        var duration = _options.TimeProvider.GetElapsedTime(_started);
        End();
        EmailAuthMetrics.Record(result, duration);
        if (_activity is not null)
        {
            EmailAuthMetrics.Describe(_activity, result);
            _activity.Dispose();
        }
        try
        {
            _options.Observer?.OnVerdict(session, result, duration);
        }
#pragma warning disable CA1031 // The host's own code: a log that is full must not cost a verdict.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    /// <summary>There is none: the call throws.</summary>
    public void OnError(Exception exception)
    {
        EmailAuthMetrics.RecordError(exception, _options.TimeProvider.GetElapsedTime(_started));
        End();
        // The type only: a message text may name files or peers.
        _activity?.SetStatus(ActivityStatusCode.Error, exception.GetType().FullName).Dispose();
    }

    private void End()
    {
        if (_isCounted)
            EmailAuthMetrics.CountOut();
    }
}
