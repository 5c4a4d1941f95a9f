namespace EmailAuth.Hosting;

/// <summary>Every key of the settings, in the order of the options' properties, and what its value sets. A value that is left out, or wrong, sets nothing.</summary>
internal static class SettingKeys
{
    private static readonly SettingKey<EmailAuthDnsOptions>[] Dns =
    [
        new("Servers", static (to, at) => at.AddTexts(to.Servers)),
        new("Transport", static (to, at) => to.Transport = at.Word(to.Transport)),
        new("AttemptTimeLimit", static (to, at) => to.AttemptTimeLimit = at.Time(to.AttemptTimeLimit)),
        new("QueryTimeLimit", static (to, at) => to.QueryTimeLimit = at.Time(to.QueryTimeLimit)),
        new("Tries", static (to, at) => to.Tries = at.Number(to.Tries)),
        new("TrustsAuthenticatedData", static (to, at) => to.TrustsAuthenticatedData = at.YesOrNo(to.TrustsAuthenticatedData)),
        new("MaxQueriesPerMessage", static (to, at) => to.MaxQueriesPerMessage = at.Number(to.MaxQueriesPerMessage)),
        new("MaxParallelQueriesPerMessage", static (to, at) => to.MaxParallelQueriesPerMessage = at.Number(to.MaxParallelQueriesPerMessage)),
        new("MaxTimePerMessage", static (to, at) => to.MaxTimePerMessage = at.Time(to.MaxTimePerMessage)),
        new("ZoneFile", static (to, at) => to.ZoneFile = at.Text(to.ZoneFile)),
    ];

    private static readonly SettingKey<EmailAuthCacheOptions>[] Cache =
    [
        new("MaxEntries", static (to, at) => to.MaxEntries = at.Number(to.MaxEntries)),
        new("MaxBytes", static (to, at) => to.MaxBytes = at.Number(to.MaxBytes)),
        new("MaxTimeToLive", static (to, at) => to.MaxTimeToLive = at.Time(to.MaxTimeToLive)),
        new("MaxNegativeTimeToLive", static (to, at) => to.MaxNegativeTimeToLive = at.Time(to.MaxNegativeTimeToLive)),
        new("FailureTimeToLive", static (to, at) => to.FailureTimeToLive = at.Time(to.FailureTimeToLive)),
        new("MaxFailureTimeToLive", static (to, at) => to.MaxFailureTimeToLive = at.Time(to.MaxFailureTimeToLive)),
        new("RefreshesAhead", static (to, at) => to.RefreshesAhead = at.YesOrNo(to.RefreshesAhead)),
        new("MaxStaleAge", static (to, at) => to.MaxStaleAge = at.Time(to.MaxStaleAge)),
        new("QueryTimeLimit", static (to, at) => to.QueryTimeLimit = at.Time(to.QueryTimeLimit)),
    ];

    private static readonly SettingKey<EmailAuthSharedCacheOptions>[] SharedCache =
    [
        new("Enabled", static (to, at) => to.Enabled = at.YesOrNo(to.Enabled)),
        new("KeyPrefix", static (to, at) => to.KeyPrefix = at.Text(to.KeyPrefix)),
        new("Secret", static (to, at) => to.Secret = at.Text(to.Secret)),
        new("LookupTimeLimit", static (to, at) => to.LookupTimeLimit = at.Time(to.LookupTimeLimit)),
        new("MaxBypassTime", static (to, at) => to.MaxBypassTime = at.Time(to.MaxBypassTime)),
    ];

    private static readonly SettingKey<TrustedSealerOptions>[] TrustedSealer =
    [
        new("Domain", static (to, at) => to.Domain = at.Text(to.Domain)),
        new("RecipientDomains", static (to, at) => at.AddTexts(to.RecipientDomains)),
        new("Sources", static (to, at) => at.AddTexts(to.Sources)),
    ];

    private static readonly SettingKey<EmailAuthVerificationOptions>[] Verification =
    [
        new("CheckHelo", static (to, at) => to.CheckHelo = at.YesOrNo(to.CheckHelo)),
        new("CheckReverseName", static (to, at) => to.CheckReverseName = at.YesOrNo(to.CheckReverseName)),
        new("KeepEvidence", static (to, at) => to.KeepEvidence = at.YesOrNo(to.KeepEvidence)),
        new("TimeLimit", static (to, at) => to.TimeLimit = at.Time(to.TimeLimit)),
        new("MinimumRsaKeyBits", static (to, at) => to.MinimumRsaKeyBits = at.Number(to.MinimumRsaKeyBits)),
        new("ReceiverName", static (to, at) => to.ReceiverName = at.Text(to.ReceiverName)),
        new("PublicSuffixListFile", static (to, at) => to.PublicSuffixListFile = at.Text(to.PublicSuffixListFile)),
        new("TrustedSealers", static (to, at) => at.AddSections(to.TrustedSealers, TrustedSealer)),
    ];

    public static SettingKey<EmailAuthOptions>[] Root { get; } =
    [
        new("Dns", static (to, at) => at.ReadSection(to.Dns, Dns)),
        new("Cache", static (to, at) => at.ReadSection(to.Cache, Cache)),
        new("SharedCache", static (to, at) => at.ReadSection(to.SharedCache, SharedCache)),
        new("Verification", static (to, at) => at.ReadSection(to.Verification, Verification)),
        new("AuthservId", static (to, at) => to.AuthservId = at.Text(to.AuthservId)),
        new("LogAddresses", static (to, at) => to.LogAddresses = at.YesOrNo(to.LogAddresses)),
    ];
}

/// <summary>One key of a section.</summary>
/// <param name="Name">Its name; case does not matter.</param>
/// <param name="Read">Reads what stands under it into the options.</param>
internal readonly record struct SettingKey<TOptions>(string Name, Action<TOptions, SettingsReader> Read);
