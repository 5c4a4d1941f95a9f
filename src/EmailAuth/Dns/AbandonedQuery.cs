namespace EmailAuth.Dns;

/// <summary>Questions that nobody waits for any more.</summary>
internal static class AbandonedQuery
{
    /// <summary>Sees to it that a failure that comes too late is nobody's.</summary>
    public static void ObserveLater(this Task query)
    {
        if (!query.IsCompletedSuccessfully)
            _ = query.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
