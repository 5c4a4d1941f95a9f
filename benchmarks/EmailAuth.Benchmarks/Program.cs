using BenchmarkDotNet.Running;

// dotnet run -c Release --project benchmarks/EmailAuth.Benchmarks -- --filter '*Spf*' --job short
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
