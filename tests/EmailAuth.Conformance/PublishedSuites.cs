using EmailAuth.Tests;

namespace EmailAuth.Conformance;

/// <summary>
/// The published suites and vectors lie outside this repository: where the environment's EMAILAUTH_CONFORMANCE points, else in
/// ../shared/conformance beside the checkout. Where they are absent the tests are ignored, unless EMAILAUTH_CONFORMANCE asks for them.
/// </summary>
internal static class PublishedSuites
{
    private static readonly string? Asked = Environment.GetEnvironmentVariable("EMAILAUTH_CONFORMANCE");

    private static readonly string Folder = Path.GetFullPath(string.IsNullOrEmpty(Asked) ? "../shared/conformance" : Asked, Repository.Root);

    /// <summary>Whether the folder is there, for sources of test cases, which must not fail.</summary>
    public static bool ArePresent => Directory.Exists(Folder);

    /// <summary>The path of a suite's file. Ignores the test where the suites are absent; fails it where they were asked for.</summary>
    public static string PathOf(string relative)
    {
        var path = Path.Combine(Folder, relative);
        if (File.Exists(path) || Directory.Exists(path))
            return path;
        if (!string.IsNullOrEmpty(Asked))
            Assert.Fail($"EMAILAUTH_CONFORMANCE asks for the published suites, but \"{path}\" is not there.");
        Assert.Ignore($"The published suites are not here: \"{path}\" does not exist. Set EMAILAUTH_CONFORMANCE to their folder to run this test.");
        return path;
    }
}
