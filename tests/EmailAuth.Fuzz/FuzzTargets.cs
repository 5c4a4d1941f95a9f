using EmailAuth.Fuzz.Targets;

namespace EmailAuth.Fuzz;

/// <summary>All targets there are.</summary>
internal static class FuzzTargets
{
    public static FuzzTarget[] All { get; } =
    [
        new HeaderSplitterTarget(),
        new DkimSignatureTarget(),
        new FromFieldTarget(),
        new SpfRecordTarget(),
        new AuthResultsReadTarget(),
        new AuthResultsWriteTarget(),
        new KeyRecordTarget(),
        new TagListTarget(),
        new SpfMacroTarget(),
        new CheckHostTarget(),
        new DmarcRecordTarget(),
        new CanonicalizersTarget(),
        new ArcChainTarget(),
        new ZoneFileTarget(),
        new DnsRecordingTarget(),
        new DnsAnswerTarget(),
        new DomainNameTarget(),
        new CapsuleTarget(),
    ];

    /// <summary>The target of that name, or null.</summary>
    public static FuzzTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);
}
