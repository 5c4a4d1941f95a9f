namespace EmailAuth;

/// <summary>What a capsule keeps.</summary>
public sealed record CapsuleOptions
{
    /// <summary>The defaults.</summary>
    public static CapsuleOptions Default { get; } = new();
}
